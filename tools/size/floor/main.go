// Command floor makes one call with the standard library only.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

type params struct {
	DailyLimit  *int `json:"daily_limit,omitempty"`
	MinuteLimit *int `json:"minute_limit,omitempty"`
}

type integration struct {
	ID          int64     `json:"id"`
	DailyLimit  *int      `json:"daily_limit"`
	MinuteLimit *int      `json:"minute_limit"`
	UpdatedAt   time.Time `json:"updated_at"`
}

func main() {
	updated, err := update(context.Background(), 42, params{DailyLimit: new(20000), MinuteLimit: new(200)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(updated.ID, *updated.DailyLimit, *updated.MinuteLimit, updated.UpdatedAt)
}

func update(ctx context.Context, id int64, p params) (*integration, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	url := fmt.Sprintf("https://spideriq.ai/api/v1/integrations/%d", id)
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("SPIDERIQ_TOKEN"))
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Timeout: 30 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("update: %s", resp.Status)
	}
	var response struct {
		Integration *integration `json:"integration"`
	}
	if err := json.Unmarshal(text, &response); err != nil {
		return nil, err
	}
	if response.Integration == nil {
		return nil, fmt.Errorf("update: the response has no integration")
	}
	return response.Integration, nil
}
