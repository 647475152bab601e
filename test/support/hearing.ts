/** Keeps what a command says, for whoever asks afterwards. */
export function hearing(said: { out: string; err: string }) {
  return {
    stdout(text: string) {
      said.out += text
    },
    stderr(text: string) {
      said.err += text
    },
  }
}
