// Loaded into the processes of VS Code 1.105. Its extension host takes the system's certificates out of the system's own file;
// later ones leave that to Node, which heeds SSL_CERT_FILE. This makes the old one heed it too: as if the authority of the
// local Azure were installed on this machine.
import { promises, readFileSync } from 'node:fs';

const authority = process.env['SSL_CERT_FILE'];
const systemFile = '/etc/ssl/certs/ca-certificates.crt';

if (authority) {
  const { readFile } = promises;
  promises.readFile = /** @type {typeof readFile} */ (
    /** @param {[any, any?]} args */
    async (...args) =>
      args[0] === systemFile
        ? `${readFileSync(systemFile, 'utf8')}\n${readFileSync(authority, 'utf8')}`
        : readFile(...args)
  );
}
