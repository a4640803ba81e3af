import { phrase } from '../../tokens/phrase.ts';
import type { Check, Finding } from './check.ts';

export interface GitCheckDeps {
  readonly isTrusted: boolean;
  /** The settings `git.enabled` and `git.terminal`. */
  readonly isEnabled: boolean;
  readonly servesTerminals: boolean;
  /** Runs git with the environment of this window. Never rejects. */
  readonly git: (
    args: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ readonly code: number; readonly stdout: string }>;
}

/** Which git is there, and does it have our helper? */
export function gitCheck(deps: GitCheckDeps): Check {
  return {
    subject: phrase`Git`,
    async run(signal) {
      const { stdout } = await deps.git(['--version'], signal);
      const version = /\d+\.\d+(?:\.\d+)*/.exec(stdout)?.[0];
      if (version === undefined) {
        return [
          {
            level: 'warn',
            subject: phrase`Git`,
            text: phrase`Git cannot be run.`,
            next: phrase`Install git, or set git.path.`,
          },
        ];
      }
      return [versionFinding(version), await helperFinding(deps, signal)];
    },
  };
}

/** Before 2.31 git reads no configuration from its environment. */
function versionFinding(version: string): Finding {
  const subject = phrase`Git`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 31)
    ? { level: 'pass', subject, text: phrase`Version ${version}` }
    : {
        level: 'fail',
        subject,
        text: phrase`Version ${version} takes no configuration from its environment.`,
        next: phrase`Install git 2.31 or later.`,
      };
}

async function helperFinding(deps: GitCheckDeps, signal: AbortSignal): Promise<Finding> {
  const subject = phrase`Git credential helper`;
  if (!deps.isTrusted) {
    return {
      level: 'note',
      subject,
      text: phrase`Off: this workspace is in Restricted Mode.`,
      next: phrase`Trust the workspace to give git credentials.`,
    };
  }
  if (!deps.isEnabled) {
    return { level: 'note', subject, text: phrase`Off by the setting azureCredentials.git.enabled.` };
  }
  const { stdout } = await deps.git(
    ['config', '--get-urlmatch', 'credential.helper', 'https://dev.azure.com/'],
    signal,
  );
  if (!stdout.includes('git-credential-azure-delegated')) {
    return {
      level: 'warn',
      subject,
      text: phrase`Git in this window does not have it, because nobody is signed in or its server did not start.`,
      next: phrase`Sign in; if that does not help, run “Azure Credentials: Diagnose Git”.`,
    };
  }
  return deps.servesTerminals
    ? { level: 'pass', subject, text: phrase`On for the Source Control view and for terminals.` }
    : {
        level: 'pass',
        subject,
        text: phrase`On for the Source Control view; off for terminals by the setting azureCredentials.git.terminal.`,
      };
}
