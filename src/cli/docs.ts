import { join } from 'node:path'
import { Command } from 'commander'
import { renderDocs } from '../config/index.ts'
import type { Desk } from './desk.ts'
import { EXIT } from './exit.ts'

export const docs = (desk: Desk): Command =>
  new Command('docs')
    .description("write what is generated from the configuration's schema")
    .option('--out <folder>', 'the root of the source tree', '.')
    .action(
      desk.action(({ out }: { readonly out: string }) => {
        for (const { path, content } of renderDocs()) {
          const written = desk.world.io.writeFile(join(out, path), content)
          if (!written.ok) return desk.refuse(`${path} cannot be written: ${written.error}`)
          desk.say(path)
        }
        return EXIT.ok
      }),
    )
