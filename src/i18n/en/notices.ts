/** What messages say that tell somebody what happened in their name. */
export const notices = {
  'notice.what.locked.email': 'Email codes were paused after wrong tries',
  'notice.what.locked.sms': 'Text codes were paused after wrong tries',
  'notice.what.locked.totp': 'Codes from your OTP app were paused after wrong tries',
  'notice.what.locked.other': 'A way to confirm it’s you was paused after wrong tries',
  'notice.what.codes-unused': 'Codes that nobody used were sent to you',
  'notice.what.enrolled': 'An OTP app was added',
  'notice.what.removed': 'One of your OTP apps was removed',
  'notice.what.reset': 'Your OTP app was removed',
  'notice.what.contacts': 'Your phone numbers or email addresses were changed',
  'notice.what.code-made.bind': 'A setup code was made for you',
  'notice.what.code-made.bypass': 'A one-time code was made for you',
  'notice.what.code-used': 'A one-time code from the IT service desk was used to sign in',
  'notice.happened': '{what} at {time}.',
  'notice.happened.from': '{what} at {time}, from {place}.',
  'notice.happened.desk': '{what} at {time} by the IT service desk.',
  'notice.text': '{org}: {what} at {time}. Not you? Tell the IT service desk now.',
  'notice.text.desk':
    '{org}: {what} at {time} by the IT service desk. Not at your request? Tell it now.',
  'notice.text.suspicious':
    '{org}: {what} at {time}. Not you? Change your password, then tell the IT service desk.',
  'notice.wasnt': 'Wasn’t you?',
  'notice.unasked': 'Didn’t ask for this?',
  'notice.tell': 'Tell the IT service desk now.',
  'notice.only':
    'This mail has no link and no code in it. Nobody at {org} will ask you for a code.',
} as const
