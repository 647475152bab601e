/** What texts and mails with a code say. */
export const messages = {
  'sms.text_other': '【{org}】{code}是{app}登录验证码，{count}分钟内有效，请勿告诉他人。',
  'sms.bound': '@{host} #{code}',
  'mail.subject': '{app}登录验证码',
  'mail.preheader_other': '{code}，{count} 分钟内有效。',
  'mail.title': '{app}登录验证码',
  'mail.hint': '请在正在登录的页面输入：',
  'mail.valid': '{time} 前有效，仅限本次登录使用。',
  'mail.for': '账号',
  'mail.asked': '申请时间',
  'mail.from': '来源',
  'mail.didnt': '不是您本人操作？',
  'mail.didnt.body': '您的密码可能已经泄露。请立即修改密码，并告知 IT 服务台。',
  'mail.only': '请只在 {host} 输入验证码。{org} 的任何人都不会向您索要验证码。',
  'mail.desk': 'IT 服务台：{contact}',
  'mail.text.line': '{label}：{value}',
} as const
