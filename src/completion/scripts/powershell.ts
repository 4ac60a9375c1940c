/**
 * For Windows PowerShell 5.1 and PowerShell 7. The line goes over in the environment: 5.1 drops empty arguments and quotes
 * of native commands, and npm's hermes.cmd reads them once more. Protocol: Register-ArgumentCompleter -Native, about_Functions_Argument_Completion.
 */
export const powershell = String.raw`# hermes completion for PowerShell
Register-ArgumentCompleter -Native -CommandName 'hermes' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $text = $commandAst.Extent.Text
    $length = $cursorPosition - $commandAst.Extent.StartOffset
    if ($length -lt 0) { return }
    if ($length -gt $text.Length) { $line = $text.PadRight($length) } else { $line = $text.Substring(0, $length) }
    $hermes = Get-Command -Name 'hermes' -CommandType Application, ExternalScript -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $hermes) { return }
    $exitCode = $global:LASTEXITCODE
    $before = $env:HERMES_COMPLETE_LINE
    try {
        $env:HERMES_COMPLETE_LINE = $line
        $found = @(& $hermes __complete powershell 2>$null)
    } catch {
        return
    } finally {
        $env:HERMES_COMPLETE_LINE = $before
        $global:LASTEXITCODE = $exitCode
    }
    if ($found.Count -eq 0 -or $found[0].StartsWith(':')) { return }
    foreach ($one in $found) {
        $value, $description = $one.Split([char]9, 2)
        if (-not $value) { continue }
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
`
