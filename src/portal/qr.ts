import { create } from 'qrcode'
import { type Html, html } from '../http/index.ts'

/** Modules of white around it, as ISO/IEC 18004 asks of whoever shows a code. */
const QUIET = 4

/** One path in one colour, so that the strict style policy holds; always dark on light, or cameras would miss it. */
export function qrOf(text: string, label: string): Html {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const { size, data } = modules
  const runs: string[] = []
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; ) {
      let end = x
      while (end < size && data[y * size + end] === 1) end++
      if (end > x) runs.push(`M${x + QUIET} ${y + QUIET}h${end - x}v1h-${end - x}z`)
      x = end + 1
    }
  }
  const all = size + 2 * QUIET
  return html`<svg class="qr-code" viewBox="0 0 ${all} ${all}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path d="${runs.join('')}"/></svg>`
}
