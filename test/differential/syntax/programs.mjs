// The programs of cases/: which there are, and one run of one of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runApp } from '../runApp.mjs';

export const caseFolder = join(import.meta.dirname, 'cases');

/**
 * All programs: `{file, minNode, isObserved}`. A line `// minNode: 24` says that older Nodes cannot run it, `// notObserved: reason`
 * that the sensor is right to leave it alone.
 */
export function listPrograms() {
  return readdirSync(caseFolder)
    .filter((file) => /\.[cm]js$/.test(file))
    .map((file) => {
      const text = readFileSync(join(caseFolder, file), 'utf8');
      const found = /^\/\/ minNode: (\d+)$/m.exec(text);
      return { file, minNode: found ? Number(found[1]) : 0, isObserved: !text.includes('// notObserved: ') };
    });
}

/**
 * Runs one program, with the sensor when there is an `endpoint`. Returns exit, stdout and stderr without what differs from run to
 * run by nature: process ids, and frames inside Node itself.
 */
export async function runProgram({ node, file, endpoint, sensor }) {
  const { exit, stdout, stderr } = await runApp({
    node,
    folder: caseFolder,
    argv: [file],
    endpoint,
    sensor,
    timeoutS: 60,
  });
  return { exit, stdout: steady(stdout), stderr: steady(stderr) };
}

/** The sensor's documented limits (docs/sensor.md): where Node or V8 quote source text they quote the instrumented one. */
const INJECTED = /\/\*@hc\*\/.*?\/\*hc@\*\//g;

function steady(text) {
  return text
    .replace(/\(node:\d+\)/g, '(node:PID)')
    .split('\n')
    .filter((line) => !/^\s*\^+$/.test(line))
    .map((line) => line.replace(INJECTED, ''))
    .join('\n');
}
