// Lists the blobs of a container with an access token that is typed or pasted in. It is not shown, and not kept.
//   node list-blobs.mjs
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { BlobServiceClient } from '@azure/storage-blob';

const account = 'contosodata';
const container = 'samples';

process.stdout.write('Paste the access token for Azure Storage and press Enter: ');
const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
const prompt = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
const token = (await prompt.question('')).trim();
prompt.close();
process.stdout.write('\n');

const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 300_000 }) };
const service = new BlobServiceClient(`https://${account}.blob.core.windows.net`, credential);
try {
  for await (const blob of service.getContainerClient(container).listBlobsFlat()) {
    console.log(`${blob.name}  ${blob.properties.contentLength} bytes`);
  }
} catch (error) {
  console.error(`The storage server refused: ${error.statusCode ?? ''} ${error.code ?? error.message}`);
  process.exitCode = 1;
}
