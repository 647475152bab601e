/** So many OTP apps a person may have at the same time. */
export const APPS_MAX = 5

/** One that nobody named is called by its place among those of its owner, here for operators. */
export const nameOfApp = (app: { readonly name: string | null; readonly place: number }): string =>
  app.name ?? (app.place === 1 ? 'OTP app' : `OTP app ${app.place}`)
