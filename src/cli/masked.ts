/** Enough to recognise a contact that one knows, too little to learn it. */
export const maskedEmail = (address: string): string => {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, 1)}***${address.slice(at)}`
}

export const maskedPhone = (number: string): string => `${number.slice(0, 3)}***${number.slice(-2)}`

/** What stands in a directory may be anything: so much that one finds the place, and not the number. */
export const maskedText = (text: string): string => {
  const characters = [...text]
  const [first = ''] = characters
  return `${first}*** (${characters.length} characters)`
}
