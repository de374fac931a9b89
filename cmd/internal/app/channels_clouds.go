package app

import (
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/apns"
	"github.com/cardwatch/cardwatch/alerts/channel/fcm"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func (a *App) aliyunAccount(c *config.Channel) (channel.Channel, error) {
	x := c.Aliyun
	if x == nil {
		return nil, nil
	}
	roots, err := authorities(x.CAFile)
	if err != nil {
		return nil, err
	}
	o := aliyun.Options{
		Name: c.Name, AccessKeyID: x.AccessKeyID, AccessKeySecret: string(x.AccessKeySecret.Reveal()), SignName: x.SignName,
		MaxValue: x.MaxValue, Receipts: x.Receipts, Endpoint: x.Endpoint, AllowPrivate: x.AllowPrivate, Roots: roots, Now: a.now,
	}
	for _, t := range x.Templates {
		language, _ := card.ParseLanguage(t.Language) // config.Load has checked it
		o.Templates = append(o.Templates, aliyun.Template{
			Template: t.Template, Language: language, Abroad: t.Abroad, Code: t.Code, SignName: t.SignName, Vars: t.Vars,
		})
	}
	return aliyun.New(o)
}

func (a *App) tencentAccount(c *config.Channel) (channel.Channel, error) {
	x := c.Tencent
	if x == nil {
		return nil, nil
	}
	roots, err := authorities(x.CAFile)
	if err != nil {
		return nil, err
	}
	o := tencent.Options{
		Name: c.Name, SecretID: x.SecretID, SecretKey: string(x.SecretKey.Reveal()), SDKAppID: x.SDKAppID, SignName: x.SignName,
		Region: x.Region, Receipts: x.Receipts, Endpoint: x.Endpoint, AllowPrivate: x.AllowPrivate, Roots: roots, Now: a.now,
	}
	for _, t := range x.Templates {
		language, _ := card.ParseLanguage(t.Language) // config.Load has checked it
		o.Templates = append(o.Templates, tencent.Template{
			Template: t.Template, Language: language, Abroad: t.Abroad, ID: t.ID, SignName: t.SignName, Vars: t.Vars,
		})
	}
	return tencent.New(o)
}

func (a *App) firebaseProject(c *config.Channel) (channel.Channel, error) {
	x := c.FCM
	if x == nil {
		return nil, nil
	}
	roots, err := authorities(x.CAFile)
	if err != nil {
		return nil, err
	}
	return fcm.New(fcm.Options{
		Name: c.Name, ServiceAccount: x.ServiceAccount.Reveal(), AndroidChannel: x.AndroidChannel, Endpoint: x.Endpoint,
		AllowPrivate: x.AllowPrivate, Roots: roots, Now: a.now,
	})
}

func (a *App) appleApp(c *config.Channel) (channel.Channel, error) {
	x := c.APNs
	if x == nil {
		return nil, nil
	}
	roots, err := authorities(x.CAFile)
	if err != nil {
		return nil, err
	}
	return apns.New(apns.Options{
		Name: c.Name, TeamID: x.TeamID, KeyID: x.KeyID, PrivateKey: x.PrivateKey.Reveal(), Topic: x.Topic, Endpoint: x.Endpoint,
		AllowPrivate: x.AllowPrivate, Roots: roots, Now: a.now,
	})
}
