/** What texts and mails with a code say. */
export const messages = {
  'sms.text_one':
    '{code} is your code for {app} ({org}). Valid {count} minute. Nobody at {org} will ask for it.',
  'sms.text_other':
    '{code} is your code for {app} ({org}). Valid {count} minutes. Nobody at {org} will ask for it.',
  'sms.bound': '@{host} #{code}',
  'mail.subject': 'Your code for {app}',
  'mail.preheader_one': '{code}, works for {count} minute.',
  'mail.preheader_other': '{code}, works for {count} minutes.',
  'mail.title': 'Your code for {app}',
  'mail.hint': 'Type it on the page where you’re signing in.',
  'mail.valid': 'Valid until {time}, and only for this sign-in.',
  'mail.for': 'For',
  'mail.asked': 'Asked at',
  'mail.from': 'From',
  'mail.didnt': 'Didn’t ask for this?',
  'mail.didnt.body': 'Somebody may know your password. Change it, then tell the IT service desk.',
  'mail.only': 'Type the code only on {host}. Nobody at {org} will ask for it.',
  'mail.desk': 'IT service desk: {contact}',
  'mail.text.line': '{label}: {value}',
} as const
