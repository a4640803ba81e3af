/** The clock of the local Azure: the machine's, shifted when a test wants server and client to disagree. */
export class SkewedClock {
  /** Milliseconds added to the machine's time. */
  skew = 0;

  /** Milliseconds since the epoch, as the servers see them. */
  now(): number {
    return Date.now() + this.skew;
  }

  /** Seconds since the epoch, as tokens count them. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }
}
