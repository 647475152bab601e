/** What pages say where a step-up is over. What is said of signing in is said otherwise to whoever looks after own apps. */
export const ends = {
  'refused.title.denied.sign-in': 'You can’t sign in to {app} this way',
  'refused.title.denied.enrol': 'You can’t manage your OTP apps this way',
  'refused.hint.denied.sign-in':
    '{org}’s rules don’t allow it for your account. Nobody was signed in. The IT service desk can tell you more.',
  'refused.hint.denied.enrol':
    '{org}’s rules don’t allow it for your account. The IT service desk can tell you more.',
  'refused.title.attempts-spent': 'There were too many tries',
  'refused.hint.attempts-spent.sign-in':
    'To be safe, we closed this sign-in. Nobody was signed in. You can start again in {app}.',
  'refused.hint.attempts-spent.enrol':
    'To be safe, we stopped here. What you had already changed stays changed. You can start again in {app}.',
  'refused.title.question-needed': 'You need to be asked first',
  'refused.hint.question-needed.sign-in':
    '{app} asked us not to show a question. Start again there.',
  'refused.hint.question-needed.enrol': '{app} asked us not to show a question. Start again there.',
  'refused.title.essential-acr-unmet.sign-in': 'You need a stronger way to sign in to {app}',
  'refused.title.essential-acr-unmet.enrol': 'You need a stronger way to manage your OTP apps',
  'refused.hint.essential-acr-unmet':
    'None of your ways to confirm it’s you is strong enough for it. The IT service desk can help.',
  back: 'Back to {app}',
  'again.sign-in': 'Start again in {app}',
  'again.enrol': 'Start again in {app}',
  'cancelled.title.sign-in': 'You cancelled this sign-in',
  'cancelled.hint.sign-in': 'Nobody was signed in.',
  'cancelled.title.enrol': 'You stopped here',
  'cancelled.hint.enrol': 'What you had already changed stays changed.',
  'ended-by-desk.title.sign-in': 'We closed this sign-in',
  'ended-by-desk.title.enrol': 'We stopped here',
  'ended-by-desk.hint.sign-in':
    'Something about your account was changed meanwhile. Nobody was signed in. You can start again in {app}.',
  'ended-by-desk.hint.enrol':
    'Something about your account was changed meanwhile. What you had already changed yourself stays changed. You can start again in {app}.',
  'expired.title.sign-in': 'This sign-in has expired',
  'expired.title.enrol': 'This page has expired',
  'expired.hint.sign-in_one':
    'It was open for more than {count} minute, so we closed it. Nothing is wrong with your account.',
  'expired.hint.sign-in_other':
    'It was open for more than {count} minutes, so we closed it. Nothing is wrong with your account.',
  'expired.hint.enrol_one':
    'It was open for more than {count} minute, so we closed it. What you had already changed stays changed.',
  'expired.hint.enrol_other':
    'It was open for more than {count} minutes, so we closed it. What you had already changed stays changed.',
  'done.title': 'Thank you, that’s you',
  'done.hint': 'Taking you to {app}.',
  'done.go': 'Continue to {app}',
  'passed.title': 'All set',
  'ended.title': 'Back to {app}',
  'ended.hint': 'Taking you back to {app}.',
} as const
