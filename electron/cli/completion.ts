/** Completion of shells, made of the table of commands: bash, zsh, fish and PowerShell. */
import type { Option } from '../host/option-table';
import type { Command } from './command';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

/** Where the words of a command come from. */
interface Words {
  readonly name: string;
  readonly summary: string;
  /** `--from`, `-n` and the like, with what they are. */
  readonly options: readonly (readonly [string, Option])[];
  /** Of the arguments: what they may be, and whether they may be files. */
  readonly choices: readonly string[];
  readonly files: boolean;
  readonly takesProgram: boolean;
}

export function completionFor(shell: Shell, commands: readonly Command[]): string {
  const words = commands.map(wordsOf);
  const script = { bash, zsh, fish, powershell }[shell];
  return `${script(words)}\n`;
}

const HELP: Option = { type: 'boolean', short: 'h', summary: 'print the help' };

function wordsOf({ name, summary, options, arguments: known, takesProgram }: Command): Words {
  const all = Object.entries({ ...options, help: HELP });
  return {
    name,
    summary,
    options: all.flatMap(([option, of]) => [
      [`--${option}`, of] as const,
      ...(of.short ? [[`-${of.short}`, of] as const] : []),
    ]),
    choices: known.flatMap(({ choices = [] }) => choices),
    files: known.some(({ completes }) => completes !== undefined),
    takesProgram: takesProgram ?? false,
  };
}

/** Text between single quotes, for shells that end them with one and have no escape inside. */
function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

function valueWords(option: Option): {
  readonly kind: 'none' | 'file' | 'folder' | 'words';
  readonly words: readonly string[];
} {
  if (option.type === 'boolean') return { kind: 'none', words: [] };
  if (option.choices) return { kind: 'words', words: option.choices };
  return { kind: option.completes ?? 'none', words: [] };
}

function bash(words: readonly Words[]): string {
  const values = words.flatMap(({ name, options }) =>
    options
      .filter(([, { type }]) => type === 'string')
      .map(([option, of]) => {
        const { kind, words: choices } = valueWords(of);
        const what = {
          none: '',
          file: '_spoor_paths -f; ',
          folder: '_spoor_paths -d; ',
          words: `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$current")); `,
        }[kind];
        return `    ${name}:${option}) ${what}return ;;`;
      }),
  );
  const own = words.map(({ name, options, choices, files }) => {
    const all = quoted([...options.map(([option]) => option), ...choices].join(' '));
    return `    ${name}) COMPREPLY=($(compgen -W ${all} -- "$current"))${files ? '; _spoor_paths -f' : ''} ;;`;
  });
  const programs = words.filter(({ takesProgram }) => takesProgram).map(({ name }) => name);
  return `# bash completion of spoor: eval "$(spoor completion bash)"
# A line each: names of files have spaces and stars in them.
_spoor_paths() {
  local path
  while IFS= read -r path; do
    if [[ -n "$path" ]]; then COMPREPLY+=("$path"); fi
  done <<< "$(compgen "$@" -- "$current")"
}
_spoor() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" command="" at word
  COMPREPLY=()
  ((COMP_CWORD > 0)) && previous="\${COMP_WORDS[COMP_CWORD-1]}"
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    if [[ -n "$command" && "$word" == "--" && " ${programs.join(' ')} " == *" $command "* ]]; then
      if declare -F _command_offset > /dev/null; then _command_offset $((at + 1)); else _spoor_paths -cf; fi
      return
    fi
    if [[ -z "$command" && "$word" != -* ]]; then command="$word"; fi
  done
  if [[ -z "$command" ]]; then
    COMPREPLY=($(compgen -W ${quoted([...words.map(({ name }) => name), 'help', '--help', '--version'].join(' '))} -- "$current"))
    return
  fi
  case "$command:$previous" in
${values.join('\n')}
  esac
  case "$command" in
${own.join('\n')}
    help) COMPREPLY=($(compgen -W ${quoted(words.map(({ name }) => name).join(' '))} -- "$current")) ;;
  esac
}
complete -o filenames -F _spoor spoor`;
}

function zsh(words: readonly Words[]): string {
  const brackets = (text: string): string => text.replace(/[[\]\\:]/g, '\\$&');
  const cases = words.map(({ name, options, choices, files, takesProgram }) => {
    const specs = options.map(([option, of]) => {
      const { kind, words: values } = valueWords(of);
      const action = { none: ' ', file: '_files', folder: '_files -/', words: `(${values.join(' ')})` }[kind];
      const repeats = of.type === 'string' && of.multiple ? '*' : '';
      return quoted(
        `${repeats}${option}[${brackets(of.summary)}]${of.type === 'string' ? `:${of.value}:${action}` : ''}`,
      );
    });
    if (takesProgram) specs.push(quoted('*:::program:_normal'));
    else if (choices.length > 0) specs.push(quoted(`*:argument:(${choices.join(' ')})`));
    else if (files) specs.push(quoted('*:file:_files'));
    return `    ${name})\n      _arguments -s -S ${specs.join(' \\\n        ')}\n      ;;`;
  });
  const described = words.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef spoor
# zsh completion of spoor: eval "$(spoor completion zsh)", after compinit
_spoor() {
  local -a commands
  commands=(
${described.join('\n')}
    'help:Explains a command.'
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    _arguments '--help[print the help]' '--version[print the version]'
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
    help) _describe -t commands command commands ;;
  esac
}
if (( $+functions[compdef] )); then compdef _spoor spoor; fi`;
}

function fish(words: readonly Words[]): string {
  const text = (value: string): string => `'${value.replace(/[\\']/g, '\\$&')}'`;
  const lines = words.flatMap(({ name, summary, options, choices, files, takesProgram }) => {
    const seen = `-n '__fish_seen_subcommand_from ${name}'`;
    const flags = options
      .filter(([option]) => option.startsWith('--'))
      .map(([option, of]) => {
        const { kind, words: values } = valueWords(of);
        const value = {
          none: of.type === 'string' ? ' -x' : '',
          file: ' -r -F',
          folder: " -x -a '(__fish_complete_directories)'",
          words: ` -x -a ${text(values.join(' '))}`,
        }[kind];
        const short = of.short ? ` -s ${of.short}` : '';
        return `complete -c spoor ${seen} -l ${option.slice(2)}${short} -d ${text(of.summary)}${value}`;
      });
    return [
      `complete -c spoor -n __fish_use_subcommand -a ${name} -d ${text(summary)}`,
      ...flags,
      ...(choices.length > 0 ? [`complete -c spoor ${seen} -a ${text(choices.join(' '))}`] : []),
      ...(files ? [`complete -c spoor ${seen} -F`] : []),
      ...(takesProgram ? [`complete -c spoor ${seen} -a '(__fish_complete_subcommand --fcs-skip=2)'`] : []),
    ];
  });
  return `# fish completion of spoor: spoor completion fish | source
complete -c spoor -f
complete -c spoor -n __fish_use_subcommand -l version -d 'print the version'
complete -c spoor -n __fish_use_subcommand -a help -d 'Explains a command.'
complete -c spoor -n '__fish_seen_subcommand_from help' -a ${text(words.map(({ name }) => name).join(' '))}
${lines.join('\n')}`;
}

function powershell(words: readonly Words[]): string {
  const text = (value: string): string => `'${value.replace(/'/g, "''")}'`;
  const list = (values: readonly string[]): string => `@(${values.map(text).join(', ')})`;
  const tables = words.map(
    ({ name, options, choices }) => `    ${text(name)} = ${list([...options.map(([option]) => option), ...choices])}`,
  );
  const values = words.flatMap(({ name, options }) =>
    options.flatMap(([option, of]) => {
      const { kind, words: all } = valueWords(of);
      return kind === 'words' ? [`    ${text(`${name} ${option}`)} = ${list(all)}`] : [];
    }),
  );
  return `# PowerShell completion of spoor: spoor completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName spoor -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @{
${tables.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $command = $words | Select-Object -Skip 1 | Where-Object { -not $_.StartsWith('-') } | Select-Object -First 1
  $candidates = if (-not $command -or $command -eq 'help') { @($commands.Keys) + @('help', '--help', '--version') | Sort-Object }
    elseif ($values.ContainsKey("$command $($words[-1])")) { $values["$command $($words[-1])"] }
    elseif ($commands.ContainsKey($command)) { $commands[$command] } else { @() }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}`;
}
