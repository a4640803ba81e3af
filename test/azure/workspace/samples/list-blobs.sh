#!/bin/sh
# Lists the blobs of a container with nothing but curl, as the account that is signed in to the editor. Run it in a
# connected terminal:
#   sh samples/list-blobs.sh
set -eu

answer=$(curl --silent --show-error --noproxy 127.0.0.1 --get "$IDENTITY_ENDPOINT" \
  --header "X-IDENTITY-HEADER: $IDENTITY_HEADER" \
  --data-urlencode 'api-version=2019-08-01' --data-urlencode 'resource=https://storage.azure.com')

token=$(printf '%s' "$answer" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
if [ -z "$token" ]; then
  printf '%s\n' "$answer" | sed -E 's/.*"message":"(([^"\\]|\\.)*)".*/\1/; s/\\(.)/\1/g' >&2
  exit 1
fi

# The token is passed on standard input: an argument could be seen by every user of this machine.
printf 'header = "Authorization: Bearer %s"\n' "$token" |
  curl --silent --show-error --fail --config - --header 'x-ms-version: 2021-12-02' \
    'https://contosodata.blob.core.windows.net/samples?restype=container&comp=list' |
  grep -o '<Name>[^<]*</Name>' | sed 's/<[^>]*>//g'
