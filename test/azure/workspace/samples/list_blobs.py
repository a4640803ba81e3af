# Lists the blobs of a container, as the account that is signed in to the editor. Run it in a connected terminal:
#   python3 samples/list_blobs.py
# Needs azure-identity and azure-storage-blob (Debian: python3-azure).
import sys

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient

container = ContainerClient(
    "https://contosodata.blob.core.windows.net",
    "samples",
    credential=DefaultAzureCredential(),
)
try:
    for blob in container.list_blobs():
        print(f"{blob.name}  {blob.size} bytes")
except ClientAuthenticationError as error:
    sys.exit(error.message)
