import { type Configuration, LogLevel } from '@azure/msal-node';
import type { Log } from '../tokens/ports.ts';

type LoggerOptions = NonNullable<NonNullable<Configuration['system']>['loggerOptions']>;

/**
 * Puts MSAL's own lines into our log, each at its level, without anything personal: MSAL leaves that out itself when told to,
 * and what it marks as personal all the same is dropped.
 */
export function msalLogging(log: Log): LoggerOptions {
  return {
    piiLoggingEnabled: false,
    logLevel: LogLevel.Verbose,
    loggerCallback: (level, message, containsPii) => {
      if (!containsPii) {
        write(log, level, `MSAL: ${withoutPreamble(message)}`);
      }
    },
  };
}

function write(log: Log, level: LogLevel, message: string): void {
  switch (level) {
    case LogLevel.Error:
      log.error(message);
      break;
    case LogLevel.Warning:
      log.warn(message);
      break;
    case LogLevel.Info:
      log.debug(message);
      break;
    default:
      log.trace(message);
  }
}

/** Each line begins with a date and the level, which our log has of its own. */
function withoutPreamble(message: string): string {
  return message.replace(/^\[[^\]]*\] : /, '');
}
