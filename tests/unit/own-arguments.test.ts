import { describe, expect, it } from 'vitest';
import { ownArguments } from '../../electron/main/own-arguments';

const PROGRAM = '/opt/Spoor/spoor-desktop';

describe('the arguments of the desktop', () => {
  it('are those that the launcher of a checkout was given', () => {
    expect(ownArguments('["start","--json"]', [PROGRAM, '--inspect=0', '.'])).toEqual({
      options: ['start', '--json'],
      files: [],
    });
  });

  it('leave out switches of Chromium and links', () => {
    const argv = [
      PROGRAM,
      '--no-sandbox',
      '--json',
      '--ozone-platform=x11',
      'spoor://app/#/trace/1',
      '--ui=127.0.0.1:0',
    ];
    expect(ownArguments(undefined, argv)).toEqual({ options: ['--json', '--ui=127.0.0.1:0'], files: [] });
  });

  it('tell files to open from values of options', () => {
    const argv = [PROGRAM, '--data-dir', '/data', '/home/u/trace.json', '--data-dir=/data', 'b.spoor', 'start'];
    expect(ownArguments(undefined, argv)).toEqual({
      options: ['--data-dir', '/data', '--data-dir=/data'],
      files: ['/home/u/trace.json', 'b.spoor'],
    });
  });

  it('keep a value that looks like a switch with its option, which then refuses it', () => {
    expect(ownArguments(undefined, [PROGRAM, '--ui', '--json']).options).toEqual(['--ui', '--json']);
  });
});
