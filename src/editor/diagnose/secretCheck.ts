import { phrase } from '../../tokens/phrase.ts';
import type { SecretStore } from '../../tokens/ports.ts';
import type { Check, Finding } from './check.ts';

export interface SecretCheckDeps {
  readonly secrets: Pick<SecretStore, 'get' | 'store' | 'delete'>;
  /** A desktop editor on Linux keeps secrets with a keyring of the desktop, which may be missing. */
  readonly needsKeyring: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Does the editor keep a secret? Writes, reads and deletes one of no value. */
export function secretCheck(deps: SecretCheckDeps): Check {
  const subject = phrase`Secret storage`;
  return {
    subject,
    async run() {
      const findings = [await tryOut(deps)];
      const { needsKeyring, environment } = deps;
      return needsKeyring && !environment['DBUS_SESSION_BUS_ADDRESS'] ? [...findings, noKeyring()] : findings;
    },
  };
}

async function tryOut({ secrets }: SecretCheckDeps): Promise<Finding> {
  const key = `diagnose:${crypto.randomUUID()}`;
  const value = crypto.randomUUID();
  let step = phrase`written`;
  try {
    await secrets.store(key, value);
    step = phrase`read`;
    const read = await secrets.get(key);
    step = phrase`deleted`;
    await secrets.delete(key);
    if (read !== value || (await secrets.get(key)) !== undefined) {
      return broken(phrase`What is read is not what was written.`);
    }
    return { level: 'pass', subject: phrase`Secret storage`, text: phrase`A secret can be written, read and deleted.` };
  } catch (error) {
    await Promise.resolve(secrets.delete(key)).catch(() => undefined);
    return broken(phrase`A secret cannot be ${step} (${error instanceof Error ? error.name : typeof error}).`);
  }
}

function broken(text: Finding['text']): Finding {
  return {
    level: 'fail',
    subject: phrase`Secret storage`,
    text,
    next: phrase`Unlock or install a keyring (on Linux: gnome-keyring or KWallet) and restart the editor. Until then you stay signed in only until this window closes.`,
  };
}

function noKeyring(): Finding {
  return {
    level: 'warn',
    subject: phrase`Keyring`,
    text: phrase`The editor was started without a D-Bus session, where it looks for the keyring.`,
    next: phrase`Start the editor from a desktop session, or unlock a keyring with dbus-run-session and gnome-keyring-daemon.`,
  };
}
