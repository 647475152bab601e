/** What messages say that tell somebody what happened in their name. */
export const notices = {
  'notice.what.locked.email': 'Email codes were paused after wrong tries',
  'notice.what.locked.sms': 'Text codes were paused after wrong tries',
  'notice.what.locked.totp': 'Codes from your OTP app were paused after wrong tries',
  'notice.what.locked.other': 'A way to confirm it’s you was paused after wrong tries',
  'notice.what.codes-unused': 'Codes were sent to you and none of them was used',
  'notice.what.enrolled': 'An OTP app was added',
  'notice.what.removed': 'One of your OTP apps was removed',
  'notice.what.reset': 'Your OTP app was removed',
  'notice.what.contacts': 'Your phone numbers or email addresses were changed',
  'notice.happened': '{what} at {time}.',
  'notice.happened.from': '{what} at {time}, from {place}.',
  'notice.happened.desk': '{what} at {time} by the IT service desk.',
  'notice.wasnt': 'If it wasn’t you:',
  'notice.tell': 'Tell the IT service desk now.',
  'notice.only':
    'This mail has no link and no code in it. Nobody at {org} will ask you for a code.',
} as const
