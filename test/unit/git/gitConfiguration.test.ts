import assert from 'node:assert/strict';
import { includeVariables } from '../../../src/git/gitConfiguration.ts';

const file = '/tmp/ours/w-0/terminal.gitconfig';
const isOurs = (path: string): boolean => path.startsWith('/tmp/ours/');

describe('git configuration by environment', () => {
  it('starts the list where there is none', () => {
    const expected = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'include.path', GIT_CONFIG_VALUE_0: file };
    for (const environment of [
      {},
      { GIT_CONFIG_COUNT: '' },
      { GIT_CONFIG_COUNT: '0' },
      { GIT_CONFIG_KEY_0: 'left.over' },
    ]) {
      assert.deepEqual(includeVariables(environment, file, isOurs), expected);
    }
  });

  it('appends to the entries of others', () => {
    const environment = {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_VALUE_0: '1',
      GIT_CONFIG_KEY_1: 'include.path',
      GIT_CONFIG_VALUE_1: '/home/ada/other.gitconfig',
    };
    assert.deepEqual(includeVariables(environment, file, isOurs), {
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_2: 'include.path',
      GIT_CONFIG_VALUE_2: file,
    });
  });

  it('replaces an entry of ours, which another window left in the environment', () => {
    const environment = {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'include.path',
      GIT_CONFIG_VALUE_0: '/tmp/ours/v-0/terminal.gitconfig',
      GIT_CONFIG_KEY_1: 'a.b',
      GIT_CONFIG_VALUE_1: '1',
    };
    assert.deepEqual(includeVariables(environment, file, isOurs), {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'include.path',
      GIT_CONFIG_VALUE_0: file,
    });
  });

  it('leaves a count alone that git itself refuses', () => {
    for (const count of ['two', '-1', '1.5', '99999999999']) {
      assert.equal(includeVariables({ GIT_CONFIG_COUNT: count }, file, isOurs), undefined);
    }
  });
});
