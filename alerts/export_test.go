package alerts

// Texts gives tests the raw texts of every template, Chinese and English.
func Texts() map[TemplateID][2]string {
	texts := map[TemplateID][2]string{}
	for id, t := range templates {
		texts[id] = [2]string{t.zh, t.en}
	}
	return texts
}
