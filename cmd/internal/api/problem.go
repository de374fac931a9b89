package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// Code names what went wrong. Programs go by it; its text is for people. The desk's own refusals (alerts.Refusal) are codes, too.
type Code string

// The codes.
const (
	CodeBadJSON         Code = "bad_json"
	CodeInvalid         Code = "invalid"
	CodeUnknownField    Code = "unknown_field"
	CodeBadCursor       Code = "bad_cursor"
	CodeBadKey          Code = "bad_idempotency_key"
	CodeBadActor        Code = "bad_actor"
	CodeTokenInQuery    Code = "token_in_query"
	CodeNoToken         Code = "unauthorized"
	CodeForbidden       Code = "forbidden"
	CodeActorNotAllowed Code = "actor_not_allowed"
	CodeNotFound        Code = "not_found"
	CodeMethod          Code = "method_not_allowed"
	CodeNoneFree        Code = "no_case_free"
	CodeStale           Code = "stale"
	CodeTooLarge        Code = "too_large"
	CodeMediaType       Code = "media_type"
	CodeKeyReused       Code = "idempotency_key_reused"
	CodeTooMany         Code = "too_many_requests"
	CodeUnavailable     Code = "unavailable"
	CodeIncomplete      Code = "incomplete"
	CodeCrossSite       Code = "cross_site"
	CodeMisdirected     Code = "misdirected"
)

// about says with which status a code is answered and what it means.
var about = map[Code]struct {
	status int
	glossary.Term
}{
	CodeBadJSON:         {400, glossary.Term{Zh: "正文不是有效的 JSON 对象", En: "The body is not a valid JSON object"}},
	CodeInvalid:         {400, glossary.Term{Zh: "请求中有无效的值", En: "The request has values that are not valid"}},
	CodeUnknownField:    {400, glossary.Term{Zh: "请求中有未知字段", En: "The request has a field that does not exist"}},
	CodeBadCursor:       {400, glossary.Term{Zh: "游标无效，请从第一页重新开始", En: "The cursor is not valid; begin again with the first page"}},
	CodeBadKey:          {400, glossary.Term{Zh: "Idempotency-Key 须为 1 至 64 个可见 ASCII 字符", En: "An Idempotency-Key has 1 to 64 visible ASCII characters"}},
	CodeBadActor:        {400, glossary.Term{Zh: "X-Actor 无效", En: "X-Actor is not a valid name"}},
	CodeTokenInQuery:    {400, glossary.Term{Zh: "令牌不得放在网址中，请用 Authorization 头", En: "A token does not belong in the address; use the Authorization header"}},
	CodeNoToken:         {401, glossary.Term{Zh: "需要有效的令牌", En: "A valid token is needed"}},
	CodeForbidden:       {403, glossary.Term{Zh: "此令牌无权执行该操作", En: "This token may not do that"}},
	CodeActorNotAllowed: {403, glossary.Term{Zh: "此令牌不得代表他人操作", En: "This token may not act for people"}},
	CodeCrossSite:       {403, glossary.Term{Zh: "请求来自其他网站", En: "The request comes from another site"}},
	CodeNotFound:        {404, glossary.Term{Zh: "不存在", En: "There is no such thing"}},
	CodeMethod:          {405, glossary.Term{Zh: "此地址不支持该方法", En: "This address does not have that method"}},
	CodeNoneFree:        {409, glossary.Term{Zh: "没有可领取的案件", En: "No case is free to take"}},
	CodeStale:           {412, glossary.Term{Zh: "内容已变化，请重新读取", En: "It has changed; read it again"}},
	CodeTooLarge:        {413, glossary.Term{Zh: "正文超过 256 KiB", En: "The body is larger than 256 KiB"}},
	CodeMediaType:       {415, glossary.Term{Zh: "Content-Type 须为 application/json（UTF-8）", En: "Content-Type must be application/json in UTF-8"}},
	CodeMisdirected:     {421, glossary.Term{Zh: "主机名不受支持", En: "This host name is not served"}},
	CodeKeyReused:       {422, glossary.Term{Zh: "该 Idempotency-Key 已用于另一请求", En: "This Idempotency-Key was used for another request"}},
	CodeTooMany:         {429, glossary.Term{Zh: "请求过多，请稍后再试", En: "Too many at a time; try again in a moment"}},
	CodeUnavailable:     {503, glossary.Term{Zh: "暂时不可用，请稍后再试", En: "Not available at the moment; try again"}},
	CodeIncomplete:      {503, glossary.Term{Zh: "数据尚未读完，请稍后再试", En: "The figures are not complete yet; ask again in a moment"}},
}

// Problem is an error for programs (RFC 9457).
type Problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Code      Code         `json:"code"`
	RequestID string       `json:"request_id"`
	Errors    []FieldError `json:"errors,omitempty"`
	// Rules are the contact rules that speak against a contact, NotBefore when it may be made.
	Rules     []string `json:"rules,omitempty"`
	NotBefore moment   `json:"not_before,omitzero"`
}

// FieldError is one thing that is wrong with a request.
type FieldError struct {
	// Pointer is the place in the body (RFC 6901), Parameter the query's; one of them is set.
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Code      string `json:"code"`
}

func refusal(code Code, fields ...FieldError) *Problem {
	return &Problem{Code: code, Status: about[code].status, Errors: fields}
}

// refusedByDesk is the problem that a refusal of the desk is: the act does not fit what the case or prompt has become.
func refusedByDesk(why alerts.Refusal) *Problem {
	status := http.StatusConflict
	switch why {
	case alerts.RefusedUnknownCase, alerts.RefusedUnknownAccount, alerts.RefusedNoPrompt:
		status = http.StatusNotFound
	case alerts.RefusedBadArgument, alerts.RefusedUnknownVerb, alerts.RefusedNoActor:
		status = http.StatusBadRequest
	}
	return &Problem{Code: Code(why), Status: status}
}

// failed is the problem that an error is. Only what is not the caller's goes to the log.
func (s *Server) failed(r *request, err error) *Problem {
	if errors.Is(err, stream.ErrNotFound) {
		return refusal(CodeNotFound)
	}
	s.cfg.Log.Error("api: request failed", "request", r.id, "method", r.Method, "error", err)
	return refusal(CodeUnavailable)
}

// titleOf is a code's text; false when there is no such code.
func titleOf(code Code, lang card.Language) (string, bool) {
	if known, ok := about[code]; ok {
		return known.In(lang), true
	}
	term, ok := glossary.Lookup(glossary.Refusal, string(code))
	return term.In(lang), ok
}

// refuse answers with a problem in the caller's language.
func (s *Server) refuse(w http.ResponseWriter, r *request, p *Problem) {
	p.Type, p.RequestID = Path+"problems/"+string(p.Code), r.id
	p.Title, _ = titleOf(p.Code, r.lang)
	if p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Language", r.lang.String())
	w.Header().Del("ETag")
	s.write(w, p.Status, "application/problem+json", p)
}

func (s *Server) answer(w http.ResponseWriter, status int, body any) {
	s.write(w, status, "application/json", body)
}

func (s *Server) write(w http.ResponseWriter, status int, kind string, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		s.cfg.Log.Error("api: answer cannot be written", "error", err)
		status, data = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	if _, err := w.Write(data); err != nil {
		s.cfg.Log.Debug("api: caller left", "error", err)
	}
}

// aboutProblem is what a problem's type leads to.
func (s *Server) aboutProblem(w http.ResponseWriter, r *request) {
	code := Code(r.PathValue("code"))
	zh, known := titleOf(code, card.Chinese)
	if !known {
		s.refuse(w, r, refusal(CodeNotFound))
		return
	}
	en, _ := titleOf(code, card.English)
	status := about[code].status
	if status == 0 {
		status = refusedByDesk(alerts.Refusal(code)).Status
	}
	s.answer(w, http.StatusOK, struct {
		Code   Code              `json:"code"`
		Status int               `json:"status"`
		Titles map[string]string `json:"titles"`
	}{code, status, map[string]string{"zh-CN": zh, "en": en}})
}
