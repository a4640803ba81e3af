import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { inProject } from '../../../scripts/setup/paths.mjs';
import { variableNames } from '../../../src/endpoint/dialectGroups.ts';
import { portRange } from '../../../src/endpoint/loopbackPort.ts';
import { authorityFor } from '../../../src/entra/clouds.ts';
import { adviceForNumber } from '../../../src/entra/errorAdvice.ts';
import { errorCodes } from '../../../src/tokens/errors.ts';
import { findByApplicationId, findByUri } from '../../../src/tokens/resources.ts';
import { startLocalAzure } from '../../azure/localAzure.ts';

const read = (path: string) => readFileSync(inProject(path), 'utf8');
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim().startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );

describe('Troubleshooting', () => {
  const text = read('docs/troubleshooting.md');
  const rows = rowsOf(text);

  it('explains every error code, each in one row, and no other', () => {
    const codes = rows.flatMap(([first = '']) => /^`([a-z_]+)`$/.exec(first)?.[1] ?? []);
    assert.deepEqual(codes.toSorted(), [...errorCodes].toSorted());
  });

  it('explains every AADSTS number that errors explain, each in one row', () => {
    const source = read('src/entra/errorAdvice.ts');
    const known = [...source.matchAll(/^ {2}(\d{4,}):/gm)].map(([, number]) => Number(number));
    const explained = rows.flatMap(([first = '']) =>
      first.startsWith('AADSTS') ? [...first.matchAll(/AADSTS(\d+)/g)].map(([, number]) => Number(number)) : [],
    );
    assert.ok(known.length > 30);
    assert.deepEqual(explained.toSorted(), known.toSorted());
    const context = { clientId: 'client', tenantId: 'tenant' };
    assert.deepEqual(
      explained.filter((number) => adviceForNumber(number, context) === undefined),
      [],
    );
  });

  it('says who does what about each', () => {
    const advice = rows.filter(([first = '']) => /^`[a-z_]+`$|^AADSTS/.test(first)).map(([, , who = '']) => who);
    assert.deepEqual(
      advice.filter((who) => !/^(you|your administrator|administrator|nobody|whoever asked|the same)/i.test(who)),
      [],
    );
  });

  it('names the ports of the local token endpoint', () => {
    assert.ok(text.includes(`Ports ${portRange.first} to ${portRange.last}`));
  });
});

describe('The administrator’s guide', () => {
  const rows = rowsOf(read('docs/admin-guide.md'));

  it('lists resources with the application ids and names that the extension knows', () => {
    const apis = rows.filter(([, , id = '']) => /^`[0-9a-f]{8}-/.test(id));
    assert.ok(apis.length > 10);
    for (const [title, , id = '', permission = '', resource = ''] of apis) {
      const entry = findByApplicationId(id.replaceAll('`', ''));
      assert.ok(entry, title);
      assert.notEqual(permission, '', title);
      const named = resource.replaceAll('`', '');
      if (named !== '') {
        assert.equal((findByUri(named)?.entry ?? findByApplicationId(named))?.id, entry.id, title);
      }
    }
  });

  it('names the sign-in host of each cloud', () => {
    for (const cloud of ['public', 'usGovernment', 'china'] as const) {
      const row = rows.find(([first]) => first === `\`${cloud}\``);
      assert.equal(row?.[1], `\`${authorityFor(cloud).host}\``);
    }
  });
});

describe('The user’s guide', () => {
  it('names every variable that connected terminals get', () => {
    const rows = rowsOf(read('docs/user-guide.md'));
    for (const names of Object.values(variableNames)) {
      const list = names.map((name) => `\`${name}\``).join(', ');
      assert.ok(
        rows.some((cells) => cells[2] === list),
        list,
      );
    }
  });
});

describe('The contributor’s guide', () => {
  it('shows requests to the control of the local Azure that it answers', async () => {
    const samples = [...read('CONTRIBUTING.md').matchAll(/curl -s -d '([^']*)' \$CONTROL_URL\/(\w+)/g)];
    assert.ok(samples.length >= 4);
    await using azure = await startLocalAzure({ storage: false });
    for (const [line, body = '', method = ''] of samples) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await fetch(new URL(`/${method}`, azure.controlUrl), { method: 'POST', headers, body });
      assert.equal(answer.status, 200, `${line}: ${await answer.text()}`);
    }
  });
});
