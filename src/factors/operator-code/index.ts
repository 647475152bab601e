/**
 * Codes that an operator hands out: how they are made, spelled, kept and compared. An answer is judged here and nowhere else.
 * It knows no counter, no page and nobody who asks for one; what a code opens is the step-up's.
 */
export { createCodeMaker } from './code-maker.ts'
export { createOperatorCode, type OperatorCodeStore } from './operator-code.ts'
