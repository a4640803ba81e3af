/**
 * A program as anyone would write it: signs in with @azure/identity and lists blobs with @azure/storage-blob, under
 * Azure's real host names. `node listBlobs.ts deviceCode|browser|clientSecret`
 *
 * What a person would see goes to standard output, one JSON line each.
 */
import {
  ClientSecretCredential,
  DeviceCodeCredential,
  InteractiveBrowserCredential,
  type TokenCredential,
} from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';

const tenantId = process.env['SAMPLE_TENANT'] ?? '';
const clientId = process.env['SAMPLE_CLIENT'] ?? '';

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function createCredential(kind: string | undefined): TokenCredential {
  switch (kind) {
    case 'deviceCode':
      return new DeviceCodeCredential({
        tenantId,
        clientId,
        userPromptCallback: ({ userCode, verificationUri }) => tell({ userCode, verificationUri }),
      });
    case 'browser':
      return new InteractiveBrowserCredential({ tenantId, clientId, redirectUri: 'http://localhost' });
    case 'clientSecret':
      return new ClientSecretCredential(tenantId, clientId, process.env['SAMPLE_SECRET'] ?? '');
    default:
      throw new TypeError(`Say deviceCode, browser or clientSecret, not ${kind}.`);
  }
}

const service = new BlobServiceClient('https://contosodata.blob.core.windows.net', createCredential(process.argv[2]));
const blobs: string[] = [];
for await (const blob of service.getContainerClient('samples').listBlobsFlat()) {
  blobs.push(blob.name);
}
const content = await service.getContainerClient('samples').getBlobClient('hello.txt').downloadToBuffer();
tell({ blobs, hello: content.toString('utf8') });
