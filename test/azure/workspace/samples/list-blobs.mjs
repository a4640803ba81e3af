// Lists the blobs of a container, as the account that is signed in to the editor. Run it in a connected terminal:
//   node samples/list-blobs.mjs
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';

const service = new BlobServiceClient('https://contosodata.blob.core.windows.net', new DefaultAzureCredential());
try {
  for await (const blob of service.getContainerClient('samples').listBlobsFlat()) {
    console.log(`${blob.name}  ${blob.properties.contentLength} bytes`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
