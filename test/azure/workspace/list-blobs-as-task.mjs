// Lists the blobs of a container with the access token in the environment variable STORAGE_TOKEN, which a task or a
// launch configuration fills in: see .vscode/tasks.json and .vscode/launch.json.
import { BlobServiceClient } from '@azure/storage-blob';

const token = process.env['STORAGE_TOKEN'] ?? '';
const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 300_000 }) };
const service = new BlobServiceClient('https://contosodata.blob.core.windows.net', credential);
const names = [];
try {
  for await (const blob of service.getContainerClient('samples').listBlobsFlat()) {
    names.push(blob.name);
  }
  console.log(`${names.length} blobs: ${names.join(', ')}`);
} catch (error) {
  console.error(`The storage server refused: ${error.statusCode ?? ''} ${error.code ?? error.message}`);
  process.exitCode = 1;
}
