/**
 * Sentences for the rules that single columns keep without a trigger, by the name of the constraint. A rule that is not
 * here is refused all the same, with a sentence that names it.
 */
export const constraintSentences: Readonly<Record<string, string>> = {
  access_token_name_plain: 'name must be one line of at most 200 characters',
  api_key_expires_later: 'expiresAt lies in the past',
  api_key_name_plain: 'name must be one line of 1 to 100 characters',
  environment_name_plain: 'name must be one line of 1 to 200 characters',
  member_email_shape: 'email must be an e-mail address of at most 254 characters',
  member_name_plain: 'name must be one line of 1 to 200 characters',
  project_name_plain: 'name must be one line of 1 to 200 characters',
  project_stale_after_range: 'staleAfterDays must be from an hour to 1,000 days',
  segment_member_key_fits: 'a targeting key has 1 to 1,024 bytes',
};
