# Prints your name from Microsoft Graph, the way a program for Posit Workbench gets its token. Run it in a terminal that is
# connected for Posit Workbench:
#   python3 samples/my_name.py
# With the package posit-sdk the first half is: Client().oauth.get_delegated_azure_token("https://graph.microsoft.com")
import os
import sys

import requests

with open(os.path.join(os.environ["PWB_SESSION_RUNTIME_DIR"], "rpc_cookie")) as file:
    cookie = file.read().strip()

method = "/delegated_azure_token"
answer = requests.get(
    os.environ["RS_SERVER_ADDRESS"] + method,
    headers={"X-RS-Session-Server-RPC-Cookie": cookie},
    json={"method": method, "params": ["https://graph.microsoft.com"]},
)
answer.raise_for_status()
reply = answer.json()
if "oauth2_error" in reply:
    sys.exit(reply["oauth2_error"]["error_description"])

me = requests.get(
    "https://graph.microsoft.com/v1.0/me",
    headers={"Authorization": "Bearer " + reply["token"]["access_token"]},
)
me.raise_for_status()
print(me.json()["displayName"])
