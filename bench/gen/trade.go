package gen

import "github.com/cardwatch/cardwatch/detectors/card"

// category is one kind of trade: what it sells, for how much, when and how it is paid.
type category struct {
	mcc card.MCC
	// zh is the word in the merchant's name.
	zh string
	// median and sigma are the lognormal of one amount in CNY, for a customer of average spending.
	median, sigma float64
	// day and night are shares of the uses outside and inside 00–06.
	day, night float64
	pay        payStyle
}

// payStyle is how a trade takes cards.
type payStyle uint8

const (
	counter payStyle = iota
	wave
	cashpoint
	online
	onFile
)

// The trades. Codes are ISO 18245; amounts follow everyday prices in Chinese cities.
const (
	supermarket = iota
	restaurant
	fastFood
	convenience
	transit
	petrol
	pharmacy
	clothing
	electronics
	hospital
	hairdresser
	cinema
	bar
	departmentStore
	furniture
	jewellery
	hotel
	cash
	marketplace
	digital
	rideHailing
	utilities
	rail
	air
	categoryCount
)

// firstOnline is where the trades begin that are acquired elsewhere.
const firstOnline = marketplace

var categories = [categoryCount]category{
	supermarket:     {5411, "超市", 85, 0.7, 18, 0, counter},
	restaurant:      {5812, "餐厅", 70, 0.6, 13, 8, counter},
	fastFood:        {5814, "小吃", 28, 0.5, 12, 22, counter},
	convenience:     {5499, "便利店", 22, 0.6, 10, 25, counter},
	transit:         {4111, "公共交通", 5, 0.4, 8, 1, wave},
	petrol:          {5541, "加油站", 300, 0.3, 3.5, 6, counter},
	pharmacy:        {5912, "药房", 60, 0.7, 2.5, 2, counter},
	clothing:        {5651, "服饰", 260, 0.7, 3, 0, counter},
	electronics:     {5732, "数码", 900, 0.8, 0.6, 0, counter},
	hospital:        {8062, "医院", 240, 0.9, 1, 2, counter},
	hairdresser:     {7230, "理发", 60, 0.6, 1.2, 0, counter},
	cinema:          {7832, "影城", 80, 0.4, 1.2, 0, counter},
	bar:             {5813, "酒吧", 180, 0.6, 0.5, 10, counter},
	departmentStore: {5311, "百货", 320, 0.8, 2, 0, counter},
	furniture:       {5712, "家具", 1800, 0.8, 0, 0, counter},
	jewellery:       {5944, "珠宝", 2400, 0.8, 0, 0, counter},
	hotel:           {7011, "酒店", 380, 0.4, 0, 0, counter},
	cash:            {6011, "自助取款", 900, 0.7, 1.5, 1, cashpoint},
	marketplace:     {5399, "网上商城", 95, 0.9, 12, 10, online},
	digital:         {5815, "数字内容", 16, 0.6, 3, 5, onFile},
	rideHailing:     {4121, "网约车", 24, 0.6, 5, 14, onFile},
	utilities:       {4900, "生活缴费", 150, 0.6, 2, 0, onFile},
	rail:            {4112, "铁路客票", 240, 0.2, 0, 0, online},
	air:             {4511, "机票", 850, 0.3, 0, 0, online},
}

// styles are the entry modes by payStyle, with their weights in styleWheels.
var styles = [...]struct {
	modes   []card.EntryMode
	weights []float64
}{
	counter:   {[]card.EntryMode{card.Chip, card.Contactless, card.QR, card.Magstripe}, []float64{42, 34, 21, 3}},
	wave:      {[]card.EntryMode{card.Contactless, card.QR}, []float64{50, 50}},
	cashpoint: {[]card.EntryMode{card.Chip, card.Magstripe}, []float64{94, 6}},
	online:    {[]card.EntryMode{card.Ecommerce, card.CredentialOnFile}, []float64{80, 20}},
	onFile:    {[]card.EntryMode{card.CredentialOnFile, card.QR}, []float64{85, 15}},
}

// meanTicket is the mean amount in CNY of one daytime use by a customer of average spending.
func meanTicket() float64 {
	sum, weight := 0.0, 0.0
	for _, c := range categories {
		sum += c.day * c.median * lognormalMean(c.sigma)
		weight += c.day
	}
	return sum / weight
}
