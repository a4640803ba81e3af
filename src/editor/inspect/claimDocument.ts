import * as vscode from 'vscode';
import { resourceName } from '../../tokens/resources.ts';
import type { TokenClaims } from '../../tokens/tokenClaims.ts';
import type { CachedTokenInfo } from '../../tokens/tokenService.ts';
import { listClaims, valueText } from './claimList.ts';
import { claimText } from './claimText.ts';

/** Columns at which a comment goes on in the next line. */
const width = 80;

/** A token's claims as JSON with comments. The token and its signature are in no part of it. */
export function claimDocument(
  { resource, account, tenantId }: Pick<CachedTokenInfo, 'resource' | 'account' | 'tenantId'>,
  claims: TokenClaims | undefined,
  now: number,
): string {
  const heading = vscode.l10n.t(
    'Access token for {0}, account {1}, tenant {2}',
    resourceName(resource),
    account.username,
    tenantId,
  );
  if (claims === undefined) {
    return comments(
      [heading, vscode.l10n.t('This resource’s tokens are opaque: only the resource itself can read what they say.')],
      '',
    );
  }
  const notes = [
    heading,
    vscode.l10n.t('The token itself and its signature are not shown, and nothing of it was kept.'),
    vscode.l10n.t('This text is as good as the token was when it was made: it is not updated.'),
  ];
  const members = listClaims(claims).map(
    (claim) => `${comments([claimText(claim, now)], '  ')}  ${JSON.stringify(claim.name)}: ${valueText(claim.value)}`,
  );
  return `${comments(notes, '')}{\n${members.join(',\n\n')}\n}\n`;
}

function comments(texts: readonly string[], indent: string): string {
  return texts
    .flatMap(wrap)
    .map((line) => `${indent}// ${line}\n`)
    .join('');
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
