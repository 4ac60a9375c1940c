import {argument} from './quote.js'

/**
 * What the task runs, and what stays for as long as the gateway does: `Run` with a hidden window waits and gives the exit
 * code. A fixed text in JScript (ES3): it finds all it has to know in a file beside it. It brings the attendant back
 * when that is killed; when the launcher is killed itself, RestartOnFailure of the task brings it back after a minute.
 */
export const LAUNCHER = `// Written by hermes. It runs the attendant of a gateway without a window, and stays until that one is done.
var files = new ActiveXObject('Scripting.FileSystemObject');
var shell = new ActiveXObject('WScript.Shell');
var text = files.OpenTextFile(files.BuildPath(files.GetParentFolderName(WScript.ScriptFullName), 'launch.txt'), 1, false, -1);
var node = text.ReadLine();
var attendant = text.ReadLine();
var directory = text.ReadLine();
text.Close();
var command = '"' + node + '" "' + attendant + '" "' + directory + '"';
var starts = [];
var code = 1;
while (true) {
  starts.push(new Date().getTime());
  code = shell.Run(starts.length > 1 ? command + ' again' : command, 0, true);
  if (code === 0) break;
  if (starts.length >= 5 && starts[starts.length - 1] - starts[starts.length - 5] < 60000) break;
  WScript.Sleep(1000);
}
WScript.Quit(code);
`.replaceAll('\n', '\r\n')

/** The lines it reads. The directory, too: a path has more than one spelling, and the attendant's lock goes by this one. */
export const launchText = (...lines: readonly [node: string, attendant: string, directory: string]): string =>
  lines.map((line) => `${line}\r\n`).join('')

/** UTF-16LE with its mark, as TristateTrue of OpenTextFile and the Task Scheduler want it. */
export const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')

/** What wscript.exe is called with. `//B`: no dialogs. `//E`: whatever opens .js files here. */
export const launcherArguments = (launcher: string): string => ['//B', '//Nologo', '//E:JScript', argument(launcher)].join(' ')
