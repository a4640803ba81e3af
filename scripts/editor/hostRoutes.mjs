// Loaded into the process of VS Code's server before the server itself: the two requests that this server leaves to whoever
// hosts it, and refuses when nobody answers them.
//
// `POST /mint-key`: an editor in a browser encrypts its secrets with a key of which the browser holds one half and the host
// the other. Without it no extension can store a secret.
//
// `/proxy/PORT/…`: where the editor sends the browser instead of to an address of this machine. The browser can reach that
// address itself, so it is sent there.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Server } from 'node:http';

const keyFile = process.env['EDITOR_KEY_FILE'] ?? '';
const httpsPort = process.env['EDITOR_HTTPS_PORT'];
// Not for what the server starts: the extension host, terminals.
delete process.env['EDITOR_KEY_FILE'];
delete process.env['EDITOR_HTTPS_PORT'];

if (keyFile !== '') {
  const key = existsSync(keyFile) ? readFileSync(keyFile) : randomBytes(32);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const { emit } = Server.prototype;
  Server.prototype.emit = /** @type {typeof emit} */ (
    /** @this {Server} */ function (/** @type {[string, ...any[]]} */ ...args) {
      return (args[0] === 'request' && answer(key, args[1], args[2])) || Reflect.apply(emit, this, args);
    }
  );
}

/**
 * @param {Buffer} key
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @returns {boolean} whether it was one of ours
 */
function answer(key, { method, url = '' }, response) {
  if (method === 'POST' && url.split('?')[0] === '/mint-key') {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    response.end(key);
    return true;
  }
  const [, port, rest] = /^\/proxy\/(\d{1,5})(\/.*)?$/.exec(url) ?? [];
  if (method === 'GET' && port !== undefined) {
    const scheme = port === httpsPort ? 'https' : 'http';
    response.writeHead(302, { Location: `${scheme}://localhost:${port}${rest ?? '/'}` }).end();
    return true;
  }
  return false;
}
