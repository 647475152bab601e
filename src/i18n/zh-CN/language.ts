import type { Language } from '../language.ts'
import { words } from './words.ts'

export const language: Language = {
  words,
  dates: 'zh-CN',
  // Readers of traditional characters are better served by English than by a script that is not theirs.
  asked: /^zh(?:$|-hans(?:-|$)|-cn(?:-|$)|-sg(?:-|$)|-my(?:-|$))/i,
}
