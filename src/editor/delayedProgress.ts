import * as vscode from 'vscode';
import { AzureCredentialsError } from '../tokens/errors.ts';

/** Work that is done within this time shows no progress: a notification that only flashes is noise. */
const delayMs = 700;

/** Runs a task that can be cancelled; once it takes long, a notification shows that it is under way and lets it be cancelled. */
export async function withDelayedProgress<T>(title: string, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const running = task(controller.signal);
  const settled = running.then(
    () => undefined,
    () => undefined,
  );
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_, cancellation) => {
        cancellation.onCancellationRequested(() =>
          controller.abort(new AzureCredentialsError('cancelled', 'The request was cancelled.')),
        );
        await settled;
      },
    );
  }, delayMs);
  try {
    return await running;
  } finally {
    clearTimeout(timer);
  }
}
