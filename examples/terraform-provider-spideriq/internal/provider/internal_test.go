package provider

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spideriq/spideriq-go"
	"github.com/spideriq/spideriq-go/spideriqtest"
)

func TestAListingThatItsReaderGivesUpIsListedByAnother(t *testing.T) {
	t.Parallel()
	fake := spideriqtest.NewServer()
	defer fake.Close()
	fake.Add(spideriq.Integration{ID: 1, ProviderName: "groq"})
	fake.Fail(spideriqtest.Delay(time.Hour))
	synctest.Test(t, func(t *testing.T) {
		l := newListing(fake.Client(
			spideriq.WithHTTPClient(&http.Client{Transport: fake.Transport()}),
			spideriq.WithAttemptTimeout(2*time.Hour),
		).Integrations)
		first, cancel := context.WithCancel(t.Context())
		failed := make(chan error)
		go func() {
			_, err := l.all(first)
			failed <- err
		}()
		synctest.Wait()
		found := make(chan int)
		go func() {
			rows, err := l.all(t.Context())
			assert.NoError(t, err)
			found <- len(rows)
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-failed, context.Canceled)
		assert.Equal(t, 1, <-found)
	})
}

func TestAReaderThatWaitsEndsWithItsContext(t *testing.T) {
	t.Parallel()
	fake := spideriqtest.NewServer()
	defer fake.Close()
	fake.Fail(spideriqtest.Delay(time.Minute))
	synctest.Test(t, func(t *testing.T) {
		l := newListing(fake.Client(
			spideriq.WithHTTPClient(&http.Client{Transport: fake.Transport()}),
			spideriq.WithAttemptTimeout(2*time.Minute),
		).Integrations)
		listed := make(chan error)
		go func() {
			_, err := l.all(t.Context())
			listed <- err
		}()
		synctest.Wait()
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopped)
		began := time.Now()
		_, err := l.all(ctx)
		require.ErrorIs(t, err, stopped)
		assert.Zero(t, time.Since(began), "does not wait for the reader that lists")
		require.NoError(t, <-listed)
	})
}

func TestANumberThatIsNoIntOfTheClientIsRefused(t *testing.T) {
	t.Parallel()
	for value, fits := range map[types.Int64]bool{
		types.Int64Value(1<<31 - 1): true,
		types.Int64Value(1 << 31):   false,
		types.Int64Null():           true,
		types.Int64Unknown():        true,
	} {
		var resp validator.Int64Response
		req := validator.Int64Request{Path: path.Root("daily_limit"), ConfigValue: value}
		wholeNumber{bits: 32}.ValidateInt64(t.Context(), req, &resp)
		assert.Equal(t, fits, !resp.Diagnostics.HasError(), value)
	}
}

func TestDataOfAnotherTypeAreReported(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	assert.Nil(t, dataOf("text", &diags))
	assert.True(t, diags.HasError())
}

func TestAmountsThatAreNullOrUnknownAreComparedAsSuch(t *testing.T) {
	t.Parallel()
	one := amountValue{types.StringValue("1.0")}
	null, unknown := amountValue{types.StringNull()}, amountValue{types.StringUnknown()}
	for _, pair := range [][2]amountValue{{null, one}, {one, null}, {unknown, one}, {one, unknown}, {null, unknown}} {
		assert.False(t, pair[0].sameAs(pair[1]), "%s and %s", pair[0], pair[1])
	}
	assert.True(t, null.sameAs(null))
	assert.True(t, one.sameAs(amountValue{types.StringValue("1")}))
	assert.False(t, one.Equal(amountValue{types.StringValue("1")}))
}
