package alerts

// Texts gives tests the raw texts of every template, Chinese and English.
func Texts() map[TemplateID][2]string {
	texts := map[TemplateID][2]string{}
	for id, t := range templates {
		texts[id] = [2]string{t.zh, t.en}
	}
	return texts
}

// CheckWording gives tests what is wrong with a template's two texts.
func CheckWording(p Policy, id TemplateID, zh, en string) []error {
	return p.checkWording(id, template{templates[id].version, zh, en})
}
