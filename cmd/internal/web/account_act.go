package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func (s *Server) actOnAccount(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	form := r.PostForm
	customer, account := form.Get("customer"), form.Get("account")
	if customer == "" || account == "" {
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	}
	cmd := s.command(r, customer)
	if err := s.accountArguments(&cmd, form); err != nil {
		s.renderAccount(w, r, http.StatusBadRequest, form, &accountAct{refusal: alerts.RefusedBadArgument})
		return
	}
	refusal, err := s.clerk.Submit(r.Context(), &cmd)
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	if refusal != "" {
		failed := &accountAct{refusal: refusal}
		if desk, err := s.cfg.View.Desk(customer); err == nil {
			switch {
			case refusal == alerts.RefusedContact:
				failed.denied = s.clerk.Desk().Policy().MayReach(desk, account, cmd.Contact, s.now())
			case refusal == alerts.RefusedPlanIncomplete:
				failed.missing = desk.PlanLacks(account, cmd.Plan.Contract)
			}
		}
		s.renderAccount(w, r, http.StatusConflict, form, failed)
		return
	}
	http.Redirect(w, r, accountPath+"?"+url.Values{"customer": {customer}, "account": {account}}.Encode(), http.StatusSeeOther)
}

var errUnreadable = errors.New("web: a field of the form cannot be read")

// accountArguments reads what an act on an account needs beside its verb and note.
func (s *Server) accountArguments(cmd *alerts.Command, form url.Values) (err error) {
	switch cmd.Verb {
	case alerts.Promise:
		desk, viewed := s.cfg.View.Desk(cmd.Customer)
		if viewed != nil || desk.Entry(cmd.Account) == nil {
			return nil // the desk says so itself
		}
		if cmd.AmountMinor, err = plan.ParseDecimal(form.Get("amount"), desk.Entry(cmd.Account).Currency.Places()); err != nil {
			return err
		}
		day, err := time.ParseInLocation(time.DateOnly, form.Get("until"), s.cfg.Now().Location())
		if err != nil {
			return err
		}
		cmd.Until = card.MomentOf(day.Add(24*time.Hour - time.Minute)) // the whole day is theirs
	case alerts.SetFlag, alerts.ClearFlag:
		cmd.Flag = alerts.Flag(form.Get("flag"))
	case alerts.ContactReserve:
		cmd.Contact = contactAct(conduct.Channel(form.Get("channel")), cmd.Account, form.Get("at_work") == "yes")
	case alerts.ContactResult:
		cmd.Contact = alerts.ContactAct{ID: form.Get("contact"), Result: conduct.Result(form.Get("result"))}
	case alerts.Restrict:
		cmd.Restriction.Kind = alerts.RestrictionKind(form.Get("kind"))
		cmd.Contact = alerts.ContactAct{Channel: conduct.Channel(form.Get("channel")), Number: strings.TrimSpace(form.Get("number"))}
		if cmd.Restriction.Kind == alerts.InconvenientHours {
			cmd.Restriction.Hours, err = conduct.ParseSpan(form.Get("from"), form.Get("until"))
		}
		if len(cmd.Contact.Number) > alerts.MaxNumberName {
			return errUnreadable
		}
	case alerts.LiftRestriction:
		cmd.Restriction.ID = form.Get("restriction")
	case alerts.PlanOffer:
		cmd.Plan.Terms, err = offeredTerms(form)
	case alerts.PlanSign:
		cmd.Plan.Contract = signedContract(form)
	case alerts.ApplyInstalment, alerts.ConsentInstalment, alerts.BookInstalment:
		err = s.instalmentArguments(cmd, form)
	}
	return err
}

// offeredTerms reads a proposal's terms back. The desk reckons the schedule from them anew, and refuses what no plan may be.
func offeredTerms(form url.Values) (t plan.Terms, err error) {
	whole := func(field string) int64 {
		n, bad := strconv.ParseInt(form.Get(field), 10, 64)
		if bad != nil {
			err = errUnreadable
		}
		return n
	}
	first, bad := card.ParseMoment(form.Get("first_due"))
	t = plan.Terms{
		Kind: plan.Kind(form.Get("kind")), PrincipalMinor: whole("principal"), InterestMinor: whole("interest"), FeesMinor: whole("fees"),
		Rate: plan.Rate(whole("rate")), PlanRate: plan.Rate(whole("plan_rate")), Months: int(whole("months")), DeferMonths: int(whole("defer")),
		FirstDue: first,
	}
	if bad != nil {
		err = errUnreadable
	}
	return t, err
}

// signedContract reads what the customer agreed to. Nothing of it is ticked beforehand.
func signedContract(form url.Values) plan.Contract {
	said := func(field string) bool { return form.Get(field) == "yes" }
	return plan.Contract{
		Charges:   plan.Charges{Stated: form.Has("interest_charged"), Interest: said("interest_charged")},
		NoNewCard: said("no_new_card"), Rights: strings.TrimSpace(form.Get("rights")), Breach: strings.TrimSpace(form.Get("breach")),
		Other: strings.TrimSpace(form.Get("other")), AbilityExceeded: said("ability_exceeded"), Willing: said("willing"),
		Form: plan.Form(form.Get("form")), Recording: strings.TrimSpace(form.Get("recording")),
	}
}
