/** The name that messages and traces of our helper begin with. */
export const helperName = 'git-credential-azure-delegated';

/** What the helper says when nobody listens at its socket. */
const noAnswer = 'VS Code does not answer: open this folder in VS Code again, or open a new terminal there';

/**
 * The credential helper for Linux and macOS, in POSIX sh.
 *
 * The socket is reached with git's own `credential-cache` client, which costs a tenth of a Node process. `store` is never
 * passed on: on a socket nobody listens at, that client would start git's own daemon. Of the environment, the server is
 * told whether the Git extension started git for a person (`VSCODE_GIT_COMMAND`) or by itself
 * (`VSCODE_GIT_FETCH_SILENT`). `set +x` keeps a token out of the trace of an exported `SHELLOPTS`.
 */
export function posixHelper(socket: string): string {
  return `#!/bin/sh
# Credential helper for Azure DevOps: asks VS Code through git's own credential-cache client. Generated.
{ set +x; } 2>/dev/null
say() { printf '%s: %s\\n' ${helperName} "$1" >&2; }
action=$1
case $action in
get | erase) ;;
*)
  while read -r line; do :; done
  exit 0
  ;;
esac
case \${GIT_TRACE:-0} in
0 | [Ff][Aa][Ll][Ss][Ee]) trace= ;;
*) trace=1 ;;
esac
if [ -z "\${VSCODE_GIT_COMMAND:-}" ]; then
  caller=terminal
elif [ -n "\${VSCODE_GIT_FETCH_SILENT:-}" ]; then
  caller=background
else
  caller=person
fi
{
  printf 'caller=%s\\n' "$caller"
  while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "$line"; done
} | git credential-cache --socket=${quoteForShell(socket)} "$action" | {
  answered=
  while IFS= read -r line; do
    answered=1
    case $line in
    trace=*) [ -z "$trace" ] || say "trace: \${line#trace=}" ;;
    message=*) say "\${line#message=}" ;;
    *) printf '%s\\n' "$line" ;;
    esac
  done
  if [ -z "$answered" ] && [ "$action" = get ]; then
    say '${noAnswer}'
    echo quit=1
  fi
}
exit 0
`;
}

/**
 * The credential helper for Windows, where git's `credential-cache` may lack its Unix socket: a script for the Node inside
 * VS Code, over a named pipe. It says and does what the sh helper does.
 */
export function nodeHelper(pipe: string): string {
  return `// Credential helper for Azure DevOps: asks VS Code over a named pipe. Generated.
import { createConnection } from 'node:net';

const action = process.argv[2];
const { GIT_TRACE = '0', VSCODE_GIT_COMMAND, VSCODE_GIT_FETCH_SILENT } = process.env;
const tracing = GIT_TRACE !== '' && GIT_TRACE !== '0' && GIT_TRACE.toLowerCase() !== 'false';
const caller = !VSCODE_GIT_COMMAND ? 'terminal' : VSCODE_GIT_FETCH_SILENT ? 'background' : 'person';
const say = (text) => process.stderr.write('${helperName}: ' + text + '\\n');

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function ask(request) {
  const connection = createConnection(${JSON.stringify(pipe)});
  connection.write(request);
  return read(connection).catch(() => '');
}

const input = (await read(process.stdin)).split('\\n\\n', 1)[0].replace(/\\n+$/, '');
if (action === 'get' || action === 'erase') {
  const answer = await ask('action=' + action + '\\ncaller=' + caller + '\\n' + input + '\\n\\n');
  for (const line of answer.split('\\n')) {
    if (line.startsWith('trace=')) tracing && say('trace: ' + line.slice(6));
    else if (line.startsWith('message=')) say(line.slice(8));
    else if (line) process.stdout.write(line + '\\n');
  }
  if (!answer && action === 'get') {
    say('${noAnswer}');
    process.stdout.write('quit=1\\n');
  }
}
`;
}

/** A word that sh takes as it is. */
export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
