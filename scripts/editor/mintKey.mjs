// Loaded into the process of VS Code's server before the server itself.
//
// An editor in a browser encrypts its secrets with a key of which the browser holds one half and the host of the server
// the other: the page asks for it with `POST /mint-key`. VS Code's server leaves that request to whoever hosts it, and
// refuses it; without an answer no extension can store a secret. This answers it, with a key kept beside the editor's data.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Server } from 'node:http';

const keyFile = process.env['EDITOR_KEY_FILE'];
// Not for what the server starts: the extension host, terminals.
delete process.env['EDITOR_KEY_FILE'];

if (keyFile !== undefined) {
  const key = existsSync(keyFile) ? readFileSync(keyFile) : randomBytes(32);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (event, ...args) {
    const [request, response] = args;
    if (event === 'request' && request.method === 'POST' && request.url?.split('?')[0] === '/mint-key') {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
      response.end(key);
      return true;
    }
    return emit.call(this, event, ...args);
  };
}
