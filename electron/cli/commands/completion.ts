/** `spoor completion`: what a shell evaluates to complete our commands. */

import { defineCommand } from '../command';
import { completionFor, SHELLS } from '../completion';

export const completionCommand = defineCommand({
  name: 'completion',
  summary: 'Prints the completion of commands and options for a shell.',
  examples: [
    { line: 'eval "$(spoor completion bash)"', does: 'in ~/.bashrc; the same with zsh in ~/.zshrc, after compinit' },
    { line: 'spoor completion fish > ~/.config/fish/completions/spoor.fish', does: 'for fish' },
    { line: 'spoor completion powershell | Out-String | Invoke-Expression', does: 'in $PROFILE of PowerShell' },
  ],
  arguments: [{ name: 'SHELL', choices: SHELLS, missing: `takes a shell: ${SHELLS.join(', ')}.` }],
  options: {},
  async run({ args, commands }) {
    const shell = SHELLS.find((one) => one === args[0]);
    if (shell) process.stdout.write(completionFor(shell, commands));
    return 0;
  },
});
