package oauth2_test

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/oauth2"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

// login stands in for what fetches tokens, such as the Config of
// golang.org/x/oauth2/clientcredentials.
type login struct{ token string }

func (l login) Token() (*oauth2.Token, error) {
	fmt.Println("fetching a token")
	return &oauth2.Token{AccessToken: l.token, Expiry: time.Now().Add(time.Hour)}, nil
}

// ReuseTokenSource keeps a token until shortly before it expires. The client asks the
// source before every attempt.
func Example() {
	server := spideriqtest.NewServer()
	defer server.Close()

	source := oauth2.ReuseTokenSource(nil, login{server.Token})
	client, err := spideriq.NewClient("", spideriq.WithBaseURL(server.URL),
		spideriq.WithTokenSource(func(context.Context) (string, error) {
			token, err := source.Token()
			if err != nil {
				return "", err
			}
			return token.AccessToken, nil
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		_, err := client.Integrations.List(context.Background(), spideriq.ListParams{})
		fmt.Println(err)
	}
	// Output:
	// fetching a token
	// <nil>
	// <nil>
	// <nil>
}
