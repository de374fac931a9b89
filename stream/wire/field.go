package wire

// field is one name from the closed list of member names that any topic's format uses. Error labels are made from this list
// alone, never from a record.
type field uint8

const (
	noField field = iota
	fSchemaVersion
	fEventID
	fCustomerID
	fCardID
	fAccountID
	fOccurredAt
	fType
	fStatus
	fResponseCode
	fAmountMinor
	fCurrency
	fOriginalEventID
	fMCC
	fMerchantID
	fMerchantName
	fTerminalID
	fEntryMode
	fCity
	fCountry
	fLat
	fLon
	fUpdatedAt
	fHomeCity
	fHomeLat
	fHomeLon
	fTimezone
	fMonthlyIncomeMinor
	fLanguage
	fSegment
	fStatementAt
	fDueAt
	fBalanceMinor
	fMinDueMinor
	fPastDueMinor
	fCyclesPastDue
	fCreditLimitMinor
	fAutopay
	fPaidAt
	fMethod
	fPhone
	fPushToken
	fPushPlatform
	fConsent
	fSMS
	fPush
	fProfiling
	fOptOut
	fRegion
	fChannel
	fFrom
	fTo
	fProviderMessageID
	fPromptID
	fText
	fAnswer
	fReceivedAt
	fVerified
	fAlsoOpen
	fQuiet
	fAlertID
	fRevision
	fState
	fDetector
	fDetectorVersion
	fRuleSet
	fMode
	fSeverity
	fScore
	fEventIDs
	fDetectedAt
	fAction
	fReasons
	fCode
	fValue
	fUnit
	fLimit
	fBaseline
	fBaselineZh
	fAt
	fTier
	fPreviousTier
	fDaysPastDue
	fOverdueMinor
	fMissProbability
	fPriority
	fVerdict
	fSource
	fExemptUntil
	fExemptScope
	fReason
	fRequestedBy
	fPoints
	fBasePoints
	fBand
	fModelVersion
	fActor
	fVerb
	fCaseID
	fDisposition
	fNote
	fUntil
	fMessageID
	fProvider
	fOutcome
	fCardPresent
	fTitle
	fTitleZh
	fLabel
	fLabelZh
	fSourceTopic
	fSourcePartition
	fSourceOffset
	fReceiptExpected
	fKind
	fPaidMinor
	fRules
	fSalaryMinor
	fSalaryAt
	fInstalmentMinor
	fBucket
	fIFRS9Stage
	fClass2011
	fClass2023
	fFlag
	fParty
	fPurpose
	fNumber
	fContactID
	fAgency
	fAgreement
	fStaff
	fAtWork
	fDebtFacts
	fResult
	fPlanKind
	fPrincipalMinor
	fInterestMinor
	fFeesMinor
	fRatePPM
	fPlanRatePPM
	fMonths
	fDeferMonths
	fFirstDueAt
	fInterestOffMinor
	fFeesOffMinor
	fInterestOnInterest
	fCharges
	fNoNewCard
	fRights
	fBreach
	fOtherTerms
	fAbilityExceeded
	fWilling
	fForm
	fRecording
	fRestriction
	fRestrictionID
	fFromMinute
	fUntilMinute
	fInstalmentKind
	fInstalmentMonths
	fMonthlyFeePPM
	fInterestPaid
	fOfInstalment
	fToOwnAccount
	fShownAnnualPPM
	fShownInterestMinor
	fShownPayableMinor
	fReference
	fByCustomer
	fConsentForm
	fConsentRecording
	fRateBps
	fieldCount
)

var fieldNames = [fieldCount]string{
	fSchemaVersion: "schema_version", fEventID: "event_id", fCustomerID: "customer_id", fCardID: "card_id",
	fAccountID: "account_id", fOccurredAt: "occurred_at", fType: "type", fStatus: "status", fResponseCode: "response_code",
	fAmountMinor: "amount_minor", fCurrency: "currency", fOriginalEventID: "original_event_id", fMCC: "mcc",
	fMerchantID: "merchant_id", fMerchantName: "merchant_name", fTerminalID: "terminal_id", fEntryMode: "entry_mode",
	fCity: "city", fCountry: "country", fLat: "lat", fLon: "lon",
	fUpdatedAt: "updated_at", fHomeCity: "home_city", fHomeLat: "home_lat", fHomeLon: "home_lon", fTimezone: "timezone",
	fMonthlyIncomeMinor: "monthly_income_minor", fLanguage: "language", fSegment: "segment",
	fStatementAt: "statement_at", fDueAt: "due_at", fBalanceMinor: "balance_minor", fMinDueMinor: "min_due_minor",
	fPastDueMinor: "past_due_minor", fCyclesPastDue: "cycles_past_due", fCreditLimitMinor: "credit_limit_minor",
	fAutopay: "autopay", fPaidAt: "paid_at", fMethod: "method",
	fPhone: "phone", fPushToken: "push_token", fPushPlatform: "push_platform", fConsent: "consent", fSMS: "sms", fPush: "push", fProfiling: "profiling",
	fOptOut: "opt_out", fRegion: "region", fChannel: "channel", fFrom: "from", fTo: "to",
	fProviderMessageID: "provider_message_id", fPromptID: "prompt_id", fText: "text", fAnswer: "answer",
	fReceivedAt: "received_at", fVerified: "verified", fAlsoOpen: "also_open", fQuiet: "quiet",
	fAlertID: "alert_id", fRevision: "revision", fState: "state", fDetector: "detector", fDetectorVersion: "detector_version",
	fRuleSet: "rule_set", fMode: "mode", fSeverity: "severity", fScore: "score", fEventIDs: "event_ids",
	fDetectedAt: "detected_at", fAction: "action", fReasons: "reasons", fCode: "code", fValue: "value", fUnit: "unit",
	fLimit: "limit", fBaseline: "baseline", fBaselineZh: "baseline_zh",
	fAt: "at", fTier: "tier", fPreviousTier: "previous_tier", fDaysPastDue: "days_past_due", fOverdueMinor: "overdue_minor",
	fMissProbability: "miss_probability", fPriority: "priority", fVerdict: "verdict", fSource: "source",
	fExemptUntil: "exempt_until", fExemptScope: "exempt_scope", fReason: "reason", fRequestedBy: "requested_by",
	fPoints: "points", fBasePoints: "base_points", fBand: "band", fModelVersion: "model_version",
	fActor: "actor", fVerb: "verb", fCaseID: "case_id", fDisposition: "disposition", fNote: "note", fUntil: "until",
	fMessageID: "message_id", fProvider: "provider", fOutcome: "outcome", fCardPresent: "card_present",
	fTitle: "title", fTitleZh: "title_zh", fLabel: "label", fLabelZh: "label_zh",
	fSourceTopic: "source_topic", fSourcePartition: "source_partition", fSourceOffset: "source_offset",
	fReceiptExpected: "receipt_expected",
	fSalaryMinor:     "salary_minor", fSalaryAt: "salary_at", fInstalmentMinor: "instalment_minor",
	fKind: "kind", fPaidMinor: "paid_minor", fRules: "rules",
	fBucket: "bucket", fIFRS9Stage: "ifrs9_stage", fClass2011: "class_2011", fClass2023: "class_2023",
	fFlag: "flag", fParty: "party", fPurpose: "purpose", fNumber: "number", fContactID: "contact_id", fAgency: "agency", fAgreement: "agreement", fStaff: "staff", fAtWork: "at_work", fDebtFacts: "debt_facts", fResult: "result",
	fPlanKind: "plan_kind", fPrincipalMinor: "principal_minor", fInterestMinor: "interest_minor", fFeesMinor: "fees_minor", fRatePPM: "rate_ppm", fPlanRatePPM: "plan_rate_ppm", fMonths: "months", fDeferMonths: "defer_months", fFirstDueAt: "first_due_at", fInterestOffMinor: "interest_off_minor",
	fFeesOffMinor: "fees_off_minor", fInterestOnInterest: "interest_on_interest", fCharges: "charges", fNoNewCard: "no_new_card", fRights: "rights", fBreach: "breach", fOtherTerms: "other_terms", fAbilityExceeded: "ability_exceeded", fWilling: "willing", fForm: "form", fRecording: "recording",
	fRestriction: "restriction", fRestrictionID: "restriction_id", fFromMinute: "from_minute", fUntilMinute: "until_minute",
	fInstalmentKind: "instalment_kind", fInstalmentMonths: "instalment_months", fMonthlyFeePPM: "monthly_fee_ppm", fInterestPaid: "interest_paid", fOfInstalment: "of_instalment", fToOwnAccount: "to_own_account",
	fShownAnnualPPM: "shown_annual_ppm", fShownInterestMinor: "shown_interest_minor", fShownPayableMinor: "shown_payable_minor", fReference: "reference", fByCustomer: "by_customer",
	fConsentForm: "consent_form", fConsentRecording: "consent_recording", fRateBps: "rate_bps",
}

// String is the member's name on the wire.
func (f field) String() string { return fieldNames[f] }

// fieldSet is a set of fields as bits.
type fieldSet [4]uint64

func setOf(fields ...field) (s fieldSet) {
	for _, f := range fields {
		s.add(f)
	}
	return s
}

func (s *fieldSet) add(f field)      { s[f>>6&3] |= 1 << (f & 63) }
func (s *fieldSet) has(f field) bool { return s[f>>6&3]&(1<<(f&63)) != 0 }
