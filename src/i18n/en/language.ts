import type { Language } from '../language.ts'
import { words } from './words.ts'

export const language: Language = { words, dates: 'en-GB', asked: /^en(?:-|$)/i }
