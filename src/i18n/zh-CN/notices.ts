/** What messages say that tell somebody what happened in their name. */
export const notices = {
  'notice.what.locked.email': '邮件验证因多次输错已暂停',
  'notice.what.locked.sms': '短信验证因多次输错已暂停',
  'notice.what.locked.totp': '身份验证器因多次输错已暂停',
  'notice.what.locked.other': '一种验证方式因多次输错已暂停',
  'notice.what.codes-unused': '验证码多次发送但均未使用',
  'notice.what.enrolled': '已添加身份验证器',
  'notice.what.removed': '已移除您的一个身份验证器',
  'notice.what.reset': '已移除身份验证器',
  'notice.what.contacts': '手机号码或邮箱地址已变更',
  'notice.what.code-made.bind': '已为您生成绑定码',
  'notice.what.code-made.bypass': '已为您生成一次性码',
  'notice.what.code-used': '已使用 IT 服务台提供的一次性码登录',
  'notice.happened': '{what}，时间 {time}。',
  'notice.happened.from': '{what}，时间 {time}，来源 {place}。',
  'notice.happened.desk': '{what}，时间 {time}，由 IT 服务台操作。',
  'notice.text': '【{org}】{what}，时间 {time}。如非本人操作，请立即告知 IT 服务台。',
  'notice.text.desk':
    '【{org}】{what}，时间 {time}，由 IT 服务台操作。如非您本人要求，请立即告知 IT 服务台。',
  'notice.text.suspicious':
    '【{org}】{what}，时间 {time}。如非本人操作，请立即修改密码，并告知 IT 服务台。',
  'notice.wasnt': '不是您本人操作？',
  'notice.unasked': '不是您本人要求的？',
  'notice.tell': '请立即告知 IT 服务台。',
  'notice.only': '本邮件不含链接和验证码。{org} 的任何人都不会向您索要验证码。',
} as const
