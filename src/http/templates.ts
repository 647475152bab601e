import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Eta, type TemplateFunction } from 'eta'
import { invariant } from '../kernel/index.ts'
import { fillIn, type Html, printed } from './html.ts'

export type Templates = {
  render(name: string, data: object): Html
  /** Compiles every template of every folder and says what is wrong, one line per problem. */
  checkAll(): readonly string[]
}

const ENDING = '.eta'
const NAME = /^[a-z][a-z0-9-]{0,63}$/

/**
 * The first folder that has a template wins: the operator's theme first, ours last. Templates compose nothing
 * themselves; a page function renders the parts and hands them on as Html.
 */
export function createTemplates({ folders }: { readonly folders: readonly string[] }): Templates {
  const eta = new Eta({ autoEscape: true, escapeFunction: fillIn, autoFilter: false })
  const compiled = new Map<string, TemplateFunction>()

  return {
    render(name, data) {
      const template = compiled.get(name) ?? load(name)
      return printed(template.call(eta, data))
    },
    checkAll: () =>
      folders.flatMap((folder) =>
        statSync(folder, { throwIfNoEntry: false })?.isDirectory()
          ? readdirSync(folder)
              .filter((file) => file.endsWith(ENDING))
              .flatMap((file) => problemsOf(join(folder, file)))
          : [`${folder}: there is no such folder`],
      ),
  }

  function load(name: string): TemplateFunction {
    invariant(NAME.test(name), `a template is named plainly: ${name}`)
    const file = folders
      .map((folder) => join(folder, name + ENDING))
      .find((path) => existsSync(path))
    invariant(file !== undefined, `there is a template ${name}`)
    const template = compile(file)
    compiled.set(name, template)
    return template
  }

  function problemsOf(file: string): readonly string[] {
    try {
      compile(file)
      return []
    } catch (error) {
      const [firstLine] = String(error instanceof Error ? error.message : error).split('\n')
      return [`${file}: ${firstLine}`]
    }
  }

  /** Eta's raw tag would print a value as it came, so no template may carry one. */
  function compile(file: string): TemplateFunction {
    const source = readFileSync(file, 'utf8')
    const isRaw = eta.parse(source).some((part) => typeof part === 'object' && part.t === 'r')
    if (isRaw) throw new Error(`${file} prints without escaping (<%~); use <%= instead`)
    return eta.compile(source)
  }
}
