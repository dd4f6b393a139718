// Runs Heroku's own commands one after the other in one process: starting it is most of what a command costs.
//
//     node heroku_cli_sitting.mjs <folder of its installation> <command> [<command> ...]
//
// Answers each command with a line of JSON: its code, and what it wrote.

import process from 'node:process'
import {pathToFileURL} from 'node:url'

const [folder, ...commands] = process.argv.slice(2)
const modules = `${folder}/node_modules`
const program = pathToFileURL(`${modules}/heroku/bin/run.js`).href
const core = await import(pathToFileURL(`${modules}/@oclif/core/lib/index.js`).href)
const {run} = core.default ?? core
const answer = process.stdout.write.bind(process.stdout)

const told = {stdout: '', stderr: ''}
for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, done) => {
    told[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const called = typeof encoding === 'function' ? encoding : done
    called?.()
    return true
  }
}
process.on('uncaughtException', error => {
  process.exitCode = 1
  told.stderr += `${error.stack}\n`
})

for (const command of commands) {
  told.stdout = told.stderr = ''
  process.exitCode = 0
  try {
    await run(command.split(' '), program)
  } catch (error) {
    process.exitCode = error.oclif?.exit ?? 1
    told.stderr += process.exitCode ? `${error.message}\n` : ''
  }
  answer(`${JSON.stringify({code: process.exitCode, out: told.stdout, err: told.stderr})}\n`)
}
process.exitCode = 0
