export const fish = String.raw`# hermes completion for fish
function __hermes_complete
    command -sq hermes; or return
    set -l words (commandline -opc)
    while string match -qr '^\w+=' -- "$words[1]"
        set -e words[1]
    end
    set -l current (commandline -ct | string collect)
    set -l found (command hermes __complete fish -- $words[2..-1] "$current" 2>/dev/null </dev/null)
    switch "$found[1]"
        case ''
        case ':directory'
            __fish_complete_directories "$current" ''
        case ':file'
            __fish_complete_path "$current"
        case '*'
            printf '%s\n' $found
    end
end
complete -c hermes -e
complete -c hermes -f -a '(__hermes_complete)'
`
